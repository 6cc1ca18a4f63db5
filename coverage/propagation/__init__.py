"""Path loss: one recommendation a module, scalar compiled functions, equation numbers at the lines."""
