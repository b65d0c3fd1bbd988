// System calls for Node, as raw as possible: each takes numbers and memory, and returns what the kernel did, errno negated.
// Linux only; for tests, on one machine. Nothing here blocks but closeLingering(), which has a thread for it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <node_api.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_ARGUMENTS 5

// --- arguments

struct call {
  napi_env env;
  napi_value arguments[MOST_ARGUMENTS];
};

static struct call call_of(napi_env env, napi_callback_info info) {
  struct call call = {.env = env};
  size_t count = MOST_ARGUMENTS;
  napi_get_cb_info(env, info, &count, call.arguments, NULL, NULL);
  return call;
}

static int number_at(const struct call *call, int index) {
  int32_t number = 0;
  napi_get_value_int32(call->env, call->arguments[index], &number);
  return number;
}

// Of the memory of a typed array; none of what is no typed array.
static uint8_t *octets_at(const struct call *call, int index, size_t *length) {
  void *data = NULL;
  bool is_array = false;
  *length = 0;
  napi_is_typedarray(call->env, call->arguments[index], &is_array);
  if (!is_array) return NULL;
  napi_typedarray_type type;
  napi_get_typedarray_info(call->env, call->arguments[index], &type, length, &data, NULL, NULL);
  return type == napi_uint8_array ? data : NULL;
}

static napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

static napi_value outcome(napi_env env, ssize_t result) { return number(env, result < 0 ? -errno : result); }

// --- sockets

static napi_value open_socket(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  int type = number_at(&call, 1) | SOCK_NONBLOCK | SOCK_CLOEXEC;
  return outcome(env, socket(number_at(&call, 0), type, number_at(&call, 2)));
}

static napi_value bind_socket(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  size_t length;
  const uint8_t *address = octets_at(&call, 1, &length);
  return outcome(env, bind(number_at(&call, 0), (const struct sockaddr *)address, (socklen_t)length));
}

static napi_value connect_socket(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  size_t length;
  const uint8_t *address = octets_at(&call, 1, &length);
  return outcome(env, connect(number_at(&call, 0), (const struct sockaddr *)address, (socklen_t)length));
}

static napi_value listen_socket(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  return outcome(env, listen(number_at(&call, 0), number_at(&call, 1)));
}

static napi_value accept_socket(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  return outcome(env, accept4(number_at(&call, 0), NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

static napi_value send_octets(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  size_t length;
  const uint8_t *octets = octets_at(&call, 1, &length);
  return outcome(env, send(number_at(&call, 0), octets, length, number_at(&call, 2) | MSG_NOSIGNAL | MSG_DONTWAIT));
}

static napi_value receive_octets(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  size_t length;
  uint8_t *octets = octets_at(&call, 1, &length);
  return outcome(env, recv(number_at(&call, 0), octets, length, number_at(&call, 2) | MSG_DONTWAIT));
}

static napi_value shut_down(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  return outcome(env, shutdown(number_at(&call, 0), number_at(&call, 1)));
}

static napi_value set_option(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  size_t length;
  const uint8_t *value = octets_at(&call, 3, &length);
  return outcome(env, setsockopt(number_at(&call, 0), number_at(&call, 1), number_at(&call, 2), value, (socklen_t)length));
}

// Returns the length of the value.
static napi_value read_option(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  size_t room;
  uint8_t *value = octets_at(&call, 3, &room);
  socklen_t length = (socklen_t)room;
  int result = getsockopt(number_at(&call, 0), number_at(&call, 1), number_at(&call, 2), value, &length);
  return outcome(env, result < 0 ? result : (ssize_t)length);
}

// What ioctl() with a pointer to an int puts there: SIOCINQ, SIOCOUTQ, SIOCATMARK. None of them is negative.
static napi_value read_integer(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  int value = 0;
  int result = ioctl(number_at(&call, 0), (unsigned long)number_at(&call, 1), &value);
  return outcome(env, result < 0 ? result : value);
}

// The events of one descriptor, after at most so many milliseconds.
static napi_value poll_one(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  struct pollfd wanted = {.fd = number_at(&call, 0), .events = (short)number_at(&call, 1)};
  int result = poll(&wanted, 1, number_at(&call, 2));
  return outcome(env, result < 0 ? result : wanted.revents);
}

static napi_value close_descriptor(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  return outcome(env, close(number_at(&call, 0)));
}

// --- a close() that waits

struct lingering {
  int descriptor;
  int result;
  double at;
  atomic_bool done;
};

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void *linger(void *data) {
  struct lingering *lingering = data;
  lingering->result = close(lingering->descriptor) < 0 ? -errno : 0;
  lingering->at = milliseconds();
  atomic_store(&lingering->done, true);
  return NULL;
}

// Closes in a thread of its own. Returns what lingeringResult() takes; its memory stays until the process ends.
static napi_value close_lingering(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  struct lingering *lingering = calloc(1, sizeof *lingering);
  napi_value handle;
  if (lingering == NULL) return number(env, -ENOMEM);
  lingering->descriptor = number_at(&call, 0);
  pthread_t thread;
  int failure = pthread_create(&thread, NULL, linger, lingering);
  if (failure != 0) {
    free(lingering);
    return number(env, -failure);
  }
  pthread_detach(thread);
  // Until it is done, or waits: what the caller looks at next is to be after its beginning.
  for (int i = 0; i < 30 && !atomic_load(&lingering->done); i++) nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
  napi_create_external(env, lingering, NULL, NULL, &handle);
  return handle;
}

// When such a close() returned, in the milliseconds of now(); undefined: not yet.
static napi_value lingering_result(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  void *data = NULL;
  if (napi_get_value_external(env, call.arguments[0], &data) != napi_ok || data == NULL) return NULL;
  struct lingering *lingering = data;
  return atomic_load(&lingering->done) ? number(env, lingering->at) : NULL;
}

static napi_value read_clock(napi_env env, napi_callback_info info) {
  (void)info;
  return number(env, milliseconds());
}

// --- the TUN device

// Its descriptor. Frames have no header in front.
static napi_value open_tun(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  napi_get_value_string_utf8(env, call.arguments[0], request.ifr_name, IFNAMSIZ, NULL);
  int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) return outcome(env, device);
  if (ioctl(device, TUNSETIFF, &request) < 0) {
    int reason = errno;
    close(device);
    return number(env, -reason);
  }
  return number(env, device);
}

static napi_value read_octets(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  size_t length;
  uint8_t *octets = octets_at(&call, 1, &length);
  return outcome(env, read(number_at(&call, 0), octets, length));
}

static napi_value write_octets(napi_env env, napi_callback_info info) {
  struct call call = call_of(env, info);
  size_t length;
  const uint8_t *octets = octets_at(&call, 1, &length);
  return outcome(env, write(number_at(&call, 0), octets, length));
}

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback function;
  } functions[] = {
      {"socket", open_socket},       {"bind", bind_socket},           {"connect", connect_socket},
      {"listen", listen_socket},     {"accept", accept_socket},       {"send", send_octets},
      {"recv", receive_octets},      {"shutdown", shut_down},         {"setsockopt", set_option},
      {"getsockopt", read_option},   {"ioctl", read_integer},         {"poll", poll_one},
      {"close", close_descriptor},   {"closeLingering", close_lingering},
      {"lingeringResult", lingering_result}, {"now", read_clock},     {"openTun", open_tun},
      {"read", read_octets},         {"write", write_octets},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  return exports;
}
