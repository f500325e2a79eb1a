export class Cart {
  lines: Line[] = [];

  total(): number {
    // Nothing costs nothing.
    let sum = 0;
    for (const line of this.lines) {
      sum += line.price;
    }
    return sum;
  }
}
