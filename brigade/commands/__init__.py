"""The command line's commands: what they ask and print. Each file is named for its command; `dlq` stands before."""
