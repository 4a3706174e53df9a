"""The operator's command line and the local cloud. Never shipped in a Lambda function."""
