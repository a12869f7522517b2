/* Serves one client of the listening socket that it was given, as sd_listen_fds(3) says, and ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  const char *count = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");
  if (count == NULL || strcmp(count, "1") != 0) return 2;
  if (pid == NULL || atoi(pid) != getpid()) return 3;
  int client = accept(3, NULL, NULL);
  if (client < 0) return 4;
  char line[100];
  ssize_t length = read(client, line, sizeof line);
  if (length < 0) return 5;
  dprintf(client, "%d heard %.*s", getpid(), (int)length, line);
  return 0;
}
