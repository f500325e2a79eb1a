class Cart:
    def add(self, line):
        self.lines.append(line)
        self.changed = True

    def clear(self):
        self.changed = bool(self.lines)
        self.lines.clear()


class Wishlist:
    def add(self, line):
        self.lines.append(line)
        self.changed = True
