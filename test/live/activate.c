/*
 * activate SOCKET COMMAND…: executes the command when the first client comes, with the listening socket as descriptor 3,
 * as systemd-socket-activate does.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
  int listening = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(listening, (struct sockaddr *)&address, sizeof address) != 0) return 3;
  if (listen(listening, 5) != 0) return 4;
  puts("listening");
  fflush(stdout);
  struct pollfd polled = {.fd = listening, .events = POLLIN};
  if (poll(&polled, 1, -1) != 1) return 5;
  if (listening != 3) dup2(listening, 3);
  execv(argv[2], argv + 2);
  return 6;
}
