"""Dead letters: looking at them, choosing among them, and what an operator does with them."""
