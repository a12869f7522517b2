/*
 * Switches the audit system of the kernel on, prints what virtual machines and containers are recorded to do, a record a
 * line, and switches it back when its input ends. The first line is empty: it listens.
 */
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[65536];

static int open_socket(unsigned groups) {
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
  int made = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
  if (made < 0 || bind(made, (struct sockaddr *)&address, sizeof address) < 0) return -1;
  return made;
}

/* Sends a request and copies what is answered with `type`; returns the error of its acknowledgement. */
static int ask(int control, int type, struct audit_status *status, int answer) {
  struct {
    struct nlmsghdr head;
    struct audit_status status;
  } request = {.head = {.nlmsg_len = sizeof request, .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
               .status = *status};
  if (send(control, &request, sizeof request, 0) < 0) return -1;
  int error = 1, answered = !answer;
  while (error == 1 || !answered) {
    ssize_t length = recv(control, buffer, sizeof buffer, 0);
    struct nlmsghdr *head = (struct nlmsghdr *)buffer;
    if (length < (ssize_t)sizeof *head) return -1;
    if (head->nlmsg_type == NLMSG_ERROR) {
      error = ((struct nlmsgerr *)NLMSG_DATA(head))->error;
      if (error != 0) return error;
    } else if (head->nlmsg_type == answer) {
      size_t size = length - NLMSG_HDRLEN;
      memcpy(status, NLMSG_DATA(head), size < sizeof *status ? size : sizeof *status);
      answered = 1;
    }
  }
  return error;
}

int main(void) {
  struct audit_status before = {0}, on = {.mask = AUDIT_STATUS_ENABLED, .enabled = 1};
  int control = open_socket(0), records = open_socket(1u << (AUDIT_NLGRP_READLOG - 1));
  if (control < 0 || records < 0 || ask(control, AUDIT_GET, &before, AUDIT_GET) != 0) return 1;
  if (ask(control, AUDIT_SET, &on, 0) != 0) return 1;
  puts("");
  fflush(stdout);
  struct pollfd polled[] = {{.fd = records, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  while (poll(polled, 2, -1) > 0) {
    if (polled[0].revents != 0) {
      ssize_t length = recv(records, buffer, sizeof buffer - 1, 0);
      struct nlmsghdr *head = (struct nlmsghdr *)buffer;
      if (length < NLMSG_HDRLEN) continue;
      buffer[length] = '\0';
      if (head->nlmsg_type >= 2500 && head->nlmsg_type <= 2502)
        printf("%d %s\n", head->nlmsg_type, (char *)NLMSG_DATA(head));
      fflush(stdout);
    } else if (polled[1].revents != 0) {
      break;
    }
  }
  struct audit_status back = {.mask = AUDIT_STATUS_ENABLED, .enabled = before.enabled};
  return ask(control, AUDIT_SET, &back, 0) != 0;
}
