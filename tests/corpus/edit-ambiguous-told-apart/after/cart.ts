export class Cart {
  lines: Line[] = [];

  total(): number {
    let sum = 0;
    for (const line of this.lines) {
      sum += line.price;
    }
    return sum;
  }
}

export class Wishlist {
  readonly lines: Line[] = [];
}
