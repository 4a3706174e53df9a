"""What every actor carries: declarations, events, the mailbox and the edge to AWS. Knows no actor by name."""
