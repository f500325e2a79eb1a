class Cart:
    def add(self, line):
        self.lines.append(line)
        self.changed = True

    def clear(self):
        self.lines = []
        self.changed = True


class Wishlist:
    def add(self, line):
        self.lines.append(line)
        self.changed = True
