"""What declarations share: arguments and their errors, dtypes, results."""
