"""What people read of the rules: coverage, matrix, register, impact assessment, differences, explanations."""
