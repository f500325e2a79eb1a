package cart

func Total(lines []Line) int {
	total := 0
	for _, line := range lines {
		total += line.Cents * line.Count
	}
	return total
}
