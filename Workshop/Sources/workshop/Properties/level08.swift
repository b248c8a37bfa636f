let level08: [Property] = []
