let level07: [Property] = []
