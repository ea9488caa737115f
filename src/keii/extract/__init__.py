"""Tagged documents -> claims: who did what, when, according to whom, and whether it happened."""
