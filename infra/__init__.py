"""The chain's declarations as a CloudFormation template, and the functions' code as zips."""
