"""Answers that say the same in another way: what is made of them must stay equal. Pure."""
