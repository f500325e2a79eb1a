RATES = {
    "food": 0.05,
    "books": 0.05,
}
