// The peer of the rows over TUN: plain blocking sockets of the kernel, the same for both sides.
//
//   peer read ADDRESS PORT BYTES        connects and reads so many bytes
//   peer write ADDRESS PORT BYTES       connects, writes so many bytes, and waits for the end
//   peer rounds ADDRESS PORT COUNT      64 bytes there and back
//   peer connect ADDRESS PORT COUNT     connects, ends, and waits for the end, one after the other
//   peer datagrams ADDRESS PORT COUNT   sends UDP datagrams of 1472 bytes
//   peer attach NAME                    makes file descriptor 3 the TUN device NAME
//
// Prints the seconds that it took.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 18];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int connected(const struct addrinfo *to) {
  const int one = 1;
  const int fd = socket(to->ai_family, to->ai_socktype, 0);
  if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen) < 0) fail("connect");
  if (to->ai_socktype == SOCK_STREAM) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

static void read_to_end(int fd) {
  ssize_t count;
  while ((count = read(fd, buffer, sizeof buffer)) > 0) {
  }
  if (count < 0) fail("read");
}

static void read_all(int fd, long left) {
  while (left > 0) {
    const ssize_t count = read(fd, buffer, sizeof buffer);
    if (count <= 0) fail("read");
    left -= count;
  }
}

static void write_all(int fd, long left) {
  while (left > 0) {
    const size_t piece = left < (long)sizeof buffer ? (size_t)left : sizeof buffer;
    const ssize_t count = write(fd, buffer, piece);
    if (count < 0) fail("write");
    left -= count;
  }
}

static int attach(const char *name) {
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(3, TUNSETIFF, &request) < 0) fail("TUNSETIFF");
  return 0;
}

int main(int count, char **words) {
  if (count == 3 && strcmp(words[1], "attach") == 0) return attach(words[2]);
  if (count != 5) return 2;
  const char *what = words[1];
  const long amount = atol(words[4]);
  const bool is_datagrams = strcmp(what, "datagrams") == 0;
  const struct addrinfo hints = {.ai_socktype = is_datagrams ? SOCK_DGRAM : SOCK_STREAM};
  struct addrinfo *to;
  if (getaddrinfo(words[2], words[3], &hints, &to) != 0) fail("getaddrinfo");
  double start = now();
  if (strcmp(what, "connect") == 0) {
    for (long left = amount; left > 0; left--) {
      const int fd = connected(to);
      shutdown(fd, SHUT_WR);
      read_to_end(fd);
      close(fd);
    }
  } else {
    const int fd = connected(to);
    start = now();
    if (strcmp(what, "read") == 0) read_all(fd, amount);
    else if (strcmp(what, "write") == 0) {
      write_all(fd, amount);
      shutdown(fd, SHUT_WR);
      read_to_end(fd);
    } else if (strcmp(what, "rounds") == 0) {
      for (long left = amount; left > 0; left--) {
        write_all(fd, 64);
        read_all(fd, 64);
      }
    } else if (is_datagrams) {
      for (long left = amount; left > 0; left--)
        if (send(fd, buffer, 1472, 0) < 0 && errno != ENOBUFS) fail("send");
    } else return 2;
    close(fd);
  }
  printf("%.6f\n", now() - start);
  return 0;
}
