"""How sure a prediction is: what is not known of it, and what that does to the answer."""
