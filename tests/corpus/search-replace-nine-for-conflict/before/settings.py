RATE = 1
<<<<<<< HEAD
NAME = "cart"
=======
NAME = "basket"
>>>>>>> main
LIMIT = 3
