RATE = 1
NAME = "basket"
LIMIT = 3
