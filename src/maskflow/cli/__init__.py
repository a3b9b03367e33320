"""The command line: the only room that prints, prompts, reads the environment and ends the process."""
