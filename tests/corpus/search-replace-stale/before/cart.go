package cart

func Total(lines []Line) int {
	// Sum of all lines, in cents.
	total := 0
	for _, line := range lines {
		total += line.Cents * line.Count
	}
	return total
}
