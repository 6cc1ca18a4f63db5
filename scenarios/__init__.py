"""What is asked and what is answered: scenarios, runs, comparisons, maps and reports."""
