/* Makes system calls, each given as NUMBER,ARGUMENT,…, and says what they return: 0, or the name of the error. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	for (int each = 1; each < argc; each++) {
		long given[7] = { 0 };
		int count = 0;
		for (char *word = strtok(argv[each], ","); word && count < 7; word = strtok(NULL, ","))
			given[count++] = strtoul(word, NULL, 0);
		/* In a process of its own: a filter may end it. */
		fflush(stdout);
		pid_t child = fork();
		if (child == 0) {
			long result = syscall(given[0], given[1], given[2], given[3], given[4], given[5], given[6]);
			_exit(result == -1 ? errno : 0);
		}
		int status = 0;
		waitpid(child, &status, 0);
		if (WIFSIGNALED(status)) printf("%s\n", sigabbrev_np(WTERMSIG(status)));
		else puts(WEXITSTATUS(status) ? strerrorname_np(WEXITSTATUS(status)) : "0");
	}
	return 0;
}
