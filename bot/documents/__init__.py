"""Documents made on demand: labels as PDF, lists as workbooks; imported only when one is made."""
