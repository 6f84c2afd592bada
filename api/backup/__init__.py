"""`desk backup`, `desk restore`, `desk move`: everything the desk keeps, in one file or in another database."""
