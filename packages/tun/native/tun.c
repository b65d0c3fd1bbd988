// The calls of Linux that a TUN device needs and Node does not have, as a Node-API addon. It decides nothing: flags,
// sizes and netlink messages come from JavaScript, errors go back as negated errno values. Every entry point checks its
// arguments and throws a TypeError for what is none. A device is a number of this addon's own, no file descriptor, so that no
// other file can be reached.
//
// Readiness comes from the runtime's own event loop where that is libuv (its symbols are weak and found in the running
// program), else from a thread that polls. Nothing is linked: libc's symbols are the program's, too, so that one file
// loads beside any libc that Node runs on.

#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <node_api.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

unsigned int if_nametoindex(const char *name);

// --- libuv, as far as it is needed; weak, so that the addon loads where there is none

typedef struct uv_loop_s uv_loop_t;
typedef struct {
  void *data;
} uv_handle_t;
typedef void (*uv_poll_cb)(uv_handle_t *handle, int status, int events);
typedef void (*uv_close_cb)(uv_handle_t *handle);

#define WEAK __attribute__((weak))
extern WEAK size_t uv_handle_size(int type);
extern WEAK int uv_poll_init(uv_loop_t *loop, uv_handle_t *handle, int fd);
extern WEAK int uv_poll_start(uv_handle_t *handle, int events, uv_poll_cb cb);
extern WEAK int uv_poll_stop(uv_handle_t *handle);
extern WEAK void uv_close(uv_handle_t *handle, uv_close_cb cb);
extern WEAK void uv_ref(uv_handle_t *handle);
extern WEAK void uv_unref(uv_handle_t *handle);
extern WEAK napi_status napi_get_uv_event_loop(napi_env env, uv_loop_t **loop);

/** UV_POLL of uv_handle_type; the numbers are part of libuv's ABI. */
#define UV_POLL_TYPE 8

/** What `arm` takes; as UV_READABLE and UV_WRITABLE. */
enum { READABLE = 1, WRITABLE = 2, ALL_EVENTS = READABLE | WRITABLE };

// --- a device

typedef struct {
  int fd; // -1: closed
  napi_env env;
  bool watching; // a handle or a thread refers to it
  napi_ref callback;

  // by the event loop
  uv_handle_t *handle;
  napi_async_context context;
  napi_async_cleanup_hook_handle cleanup;

  // by a thread
  napi_threadsafe_function notify;
  pthread_t thread;
  int control; // eventfd: the thread is to look again
  int wanted;  // events, or STOP; atomic
} Device;

#define STOP 4

/** The devices of one environment (a process, a worker), by their numbers. */
typedef struct {
  Device **devices; // NULL: the number is free
  size_t length;
} Table;

// --- values

static napi_value int_value(napi_env env, int64_t value) {
  napi_value result = NULL;
  napi_create_int64(env, value, &result);
  return result;
}

static napi_value type_error(napi_env env, const char *message) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
  return NULL;
}

/** Fills `arguments`, with undefined where fewer were given. */
static bool take(napi_env env, napi_callback_info info, size_t count, napi_value *arguments) {
  return napi_get_cb_info(env, info, &count, arguments, NULL, NULL) == napi_ok;
}

static bool take_int(napi_env env, napi_value value, int64_t least, int64_t most, int64_t *result) {
  double number;
  // Refuses what is no number.
  if (napi_get_value_double(env, value, &number) != napi_ok) return false;
  if (!(number >= (double)least && number <= (double)most)) return false;
  *result = (int64_t)number;
  return (double)*result == number;
}

/** A view of memory that is there: not detached. */
static bool take_array(napi_env env, napi_value value, napi_typedarray_type wanted, void **data, size_t *length) {
  napi_typedarray_type type;
  // Refuses what is no typed array.
  if (napi_get_typedarray_info(env, value, &type, length, data, NULL, NULL) != napi_ok) return false;
  return type == wanted && (*data != NULL || *length == 0);
}

/** The device whose number is the first argument; an exception is pending where there is none. */
static Device *take_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments) {
  void *data = NULL;
  int64_t number;
  if (!take(env, info, count, arguments) || napi_get_instance_data(env, &data) != napi_ok) return NULL;
  const Table *table = data;
  if (table == NULL || !take_int(env, arguments[0], 0, (int64_t)table->length - 1, &number) ||
      table->devices[number] == NULL) {
    type_error(env, "device must be one that open() returned, and not closed");
    return NULL;
  }
  return table->devices[number];
}

static bool take_name(napi_env env, napi_value value, char *name) {
  napi_valuetype type;
  size_t length;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_string) return false;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok || length >= IFNAMSIZ) return false;
  return napi_get_value_string_utf8(env, value, name, IFNAMSIZ, &length) == napi_ok && strlen(name) == length;
}

// --- the end of a device

static void on_closed(uv_handle_t *handle) {
  Device *device = handle->data;
  napi_async_cleanup_hook_handle cleanup = device->cleanup;
  free(handle);
  free(device);
  // The last step: an environment that is being torn down waits for it.
  if (cleanup != NULL) napi_remove_async_cleanup_hook(cleanup);
}

static void wake_thread(Device *device) {
  const uint64_t one = 1;
  while (write(device->control, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

static void stop_thread(Device *device) {
  __atomic_store_n(&device->wanted, STOP, __ATOMIC_SEQ_CST);
  wake_thread(device);
  pthread_join(device->thread, NULL);
  close(device->control);
}

static void stop_watching(Device *device) {
  if (device->callback != NULL) napi_delete_reference(device->env, device->callback);
  device->callback = NULL;
  if (device->handle != NULL) {
    uv_handle_t *handle = device->handle;
    device->handle = NULL;
    if (device->context != NULL) napi_async_destroy(device->env, device->context);
    device->context = NULL;
    uv_close(handle, on_closed);
  } else if (device->notify != NULL) {
    stop_thread(device);
    napi_threadsafe_function notify = device->notify;
    device->notify = NULL;
    // The device is freed by on_notify_over, after what is still queued.
    napi_release_threadsafe_function(notify, napi_tsfn_abort);
  }
}

/** Takes the device out of use; it is freed at once, or when what watches it has ended. */
static void close_device(Device *device) {
  const int fd = device->fd;
  device->fd = -1;
  if (device->watching) stop_watching(device);
  else free(device);
  close(fd);
}

static void forget(Table *table, const Device *device) {
  for (size_t number = 0; number < table->length; number++)
    if (table->devices[number] == device) table->devices[number] = NULL;
}

/** The environment waits for a handle of the event loop to be closed. */
static void on_teardown(napi_async_cleanup_hook_handle hook, void *data) {
  Device *device = data;
  void *table = NULL;
  (void)hook;
  if (napi_get_instance_data(device->env, &table) == napi_ok && table != NULL) forget(table, device);
  if (device->fd >= 0) close_device(device);
}

/** The environment is gone, and with it all that is called back. */
static void on_over(napi_env env, void *data, void *hint) {
  Table *table = data;
  (void)env;
  (void)hint;
  for (size_t number = 0; number < table->length; number++)
    if (table->devices[number] != NULL) close_device(table->devices[number]);
  free(table->devices);
  free(table);
}

/** close(device) */
static napi_value close_(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  void *table = NULL;
  Device *device = take_arguments(env, info, 1, arguments);
  if (device == NULL) return NULL;
  napi_get_instance_data(env, &table);
  forget(table, device);
  close_device(device);
  return NULL;
}

// --- making one

/** The number that a new device gets; negative: there is no memory. */
static int64_t add(Table *table, Device *device) {
  size_t number = 0;
  while (number < table->length && table->devices[number] != NULL) number++;
  if (number == table->length) {
    const size_t length = 2 * table->length + 4;
    Device **devices = realloc(table->devices, length * sizeof *devices);
    if (devices == NULL) return -ENOMEM;
    memset(devices + table->length, 0, (length - table->length) * sizeof *devices);
    table->devices = devices;
    table->length = length;
  }
  table->devices[number] = device;
  return (int64_t)number;
}

/** open(path): the number of a device, or a negated errno */
static napi_value open_(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  void *table = NULL;
  char path[256];
  size_t length;
  if (!take(env, info, 1, arguments) || napi_get_instance_data(env, &table) != napi_ok) return NULL;
  if (napi_get_value_string_utf8(env, arguments[0], path, sizeof path, &length) != napi_ok || strlen(path) != length)
    return type_error(env, "path must be a string");
  const int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return int_value(env, -errno);
  Device *device = calloc(1, sizeof *device);
  const int64_t number = device == NULL ? -ENOMEM : add(table, device);
  if (number < 0) {
    close(fd);
    free(device);
  } else {
    device->fd = fd;
    device->env = env;
  }
  return int_value(env, number);
}

/** attach(device, name, flags): the name that the interface has (TUNSETIFF), or a negated errno */
static napi_value attach(napi_env env, napi_callback_info info) {
  napi_value arguments[3], name = NULL;
  int64_t flags;
  struct ifreq request;
  Device *device = take_arguments(env, info, 3, arguments);
  if (device == NULL) return NULL;
  memset(&request, 0, sizeof request);
  if (!take_name(env, arguments[1], request.ifr_name))
    return type_error(env, "name must be a string of at most 15 bytes");
  if (!take_int(env, arguments[2], 0, 0xffff, &flags)) return type_error(env, "flags must be an integer");
  request.ifr_flags = (short)flags;
  if (ioctl(device->fd, TUNSETIFF, &request) < 0) return int_value(env, -errno);
  napi_create_string_utf8(env, request.ifr_name, strnlen(request.ifr_name, IFNAMSIZ), &name);
  return name;
}

/** features(device): bits of IFF_* that the driver has (TUNGETFEATURES), or a negated errno */
static napi_value features(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  unsigned int bits = 0;
  Device *device = take_arguments(env, info, 1, arguments);
  if (device == NULL) return NULL;
  return int_value(env, ioctl(device->fd, TUNGETFEATURES, &bits) < 0 ? -errno : (int64_t)bits);
}

/** set(device, what, value): 0 or a negated errno; `what`: the place in this list */
static napi_value set(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int64_t what, value;
  Device *device = take_arguments(env, info, 3, arguments);
  if (device == NULL) return NULL;
  if (!take_int(env, arguments[1], 0, 5, &what)) return type_error(env, "what must be an integer from 0 to 5");
  if (!take_int(env, arguments[2], 0, UINT32_MAX, &value)) return type_error(env, "value must be a uint32");
  const unsigned long number = (unsigned long)value;
  int size = (int)value, result;
  switch (what) {
  case 0:
    result = ioctl(device->fd, TUNSETPERSIST, number);
    break;
  case 1:
    result = ioctl(device->fd, TUNSETOWNER, number);
    break;
  case 2:
    result = ioctl(device->fd, TUNSETGROUP, number);
    break;
  case 3:
    result = ioctl(device->fd, TUNSETOFFLOAD, number);
    break;
  case 4:
    result = ioctl(device->fd, TUNSETVNETHDRSZ, &size);
    break;
  default:
    result = ioctl(device->fd, TUNSETSNDBUF, &size);
    break;
  }
  return int_value(env, result < 0 ? -errno : 0);
}

// --- frames

/** Frames begin at multiples of it, so that words of their headers are aligned. */
#define ALIGNMENT 8

/**
 * read(device, block, offset, room, places): reads frames into `block` from `offset` on, as long as there are any,
 * `room` bytes are left and `places` has two elements for where each begins and how long it is. Returns how many, or the
 * negated errno of the first; -EAGAIN: there is none.
 */
static napi_value read_(napi_env env, napi_callback_info info) {
  napi_value arguments[5];
  void *data, *places_data;
  size_t size, places_length, count = 0;
  int64_t offset, room;
  Device *device = take_arguments(env, info, 5, arguments);
  if (device == NULL) return NULL;
  if (!take_array(env, arguments[1], napi_uint8_array, &data, &size))
    return type_error(env, "block must be a Uint8Array");
  if (!take_int(env, arguments[2], 0, (int64_t)size, &offset)) return type_error(env, "offset must be within block");
  if (!take_int(env, arguments[3], 1, UINT32_MAX, &room)) return type_error(env, "room must be a positive integer");
  if (!take_array(env, arguments[4], napi_int32_array, &places_data, &places_length))
    return type_error(env, "places must be an Int32Array");
  uint8_t *block = data;
  int32_t *places = places_data;
  size_t start = (size_t)offset;
  while (count < places_length / 2 && start + (size_t)room <= size) {
    const ssize_t length = read(device->fd, block + start, (size_t)room);
    if (length < 0) {
      if (errno == EINTR) continue;
      return int_value(env, count > 0 ? (int64_t)count : -errno);
    }
    places[2 * count] = (int32_t)start;
    places[2 * count + 1] = (int32_t)length;
    count++;
    start = (start + (size_t)length + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  }
  return int_value(env, (int64_t)count);
}

/** write(device, head, headLength, body): one frame, of two pieces where `body` is no undefined; bytes, or a negated errno */
static napi_value write_(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  napi_valuetype type;
  struct iovec pieces[2];
  int64_t head_length;
  int count = 1;
  Device *device = take_arguments(env, info, 4, arguments);
  if (device == NULL) return NULL;
  if (!take_array(env, arguments[1], napi_uint8_array, &pieces[0].iov_base, &pieces[0].iov_len))
    return type_error(env, "head must be a Uint8Array");
  if (!take_int(env, arguments[2], 0, (int64_t)pieces[0].iov_len, &head_length))
    return type_error(env, "headLength must be within head");
  pieces[0].iov_len = (size_t)head_length;
  if (napi_typeof(env, arguments[3], &type) == napi_ok && type != napi_undefined) {
    if (!take_array(env, arguments[3], napi_uint8_array, &pieces[1].iov_base, &pieces[1].iov_len))
      return type_error(env, "body must be a Uint8Array");
    count = 2;
  }
  ssize_t written;
  do written = count == 1 ? write(device->fd, pieces[0].iov_base, pieces[0].iov_len) : writev(device->fd, pieces, count);
  while (written < 0 && errno == EINTR);
  return int_value(env, written < 0 ? -errno : written);
}

// --- readiness

static void call_back(napi_env env, Device *device, int events) {
  napi_value callback, receiver, argument, exception;
  napi_handle_scope scope;
  if (device->callback == NULL || napi_open_handle_scope(env, &scope) != napi_ok) return;
  if (napi_get_reference_value(env, device->callback, &callback) == napi_ok &&
      napi_get_global(env, &receiver) == napi_ok && napi_create_int32(env, events, &argument) == napi_ok &&
      napi_make_callback(env, device->context, receiver, callback, 1, &argument, NULL) == napi_pending_exception &&
      napi_get_and_clear_last_exception(env, &exception) == napi_ok)
    napi_fatal_exception(env, exception);
  napi_close_handle_scope(env, scope);
}

/** `status` < 0: the loop has given up on the descriptor, a device that is gone, say. */
static void on_poll(uv_handle_t *handle, int status, int events) {
  Device *device = handle->data;
  if (status < 0) uv_poll_stop(handle);
  call_back(device->env, device, status < 0 ? ALL_EVENTS : events);
}

static void *poll_in_thread(void *data) {
  Device *device = data;
  for (;;) {
    const int wanted = __atomic_load_n(&device->wanted, __ATOMIC_SEQ_CST);
    if (wanted & STOP) return NULL;
    struct pollfd fds[2] = {{.fd = device->control, .events = POLLIN}, {.fd = device->fd}};
    if (wanted & READABLE) fds[1].events |= POLLIN;
    if (wanted & WRITABLE) fds[1].events |= POLLOUT;
    // Without events, errors would still wake it, again and again.
    if (wanted == 0) fds[1].fd = -1;
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[0].revents != 0) {
      uint64_t ignored;
      if (read(device->control, &ignored, sizeof ignored) < 0) continue;
    }
    if (fds[1].revents == 0) continue;
    int events = 0, expected = wanted;
    if (fds[1].revents & POLLIN) events |= READABLE;
    if (fds[1].revents & POLLOUT) events |= WRITABLE;
    if (fds[1].revents & (POLLERR | POLLHUP | POLLNVAL)) events = ALL_EVENTS;
    // Once: `arm` asks for the next.
    if (!__atomic_compare_exchange_n(&device->wanted, &expected, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      continue;
    napi_call_threadsafe_function(device->notify, (void *)(intptr_t)events, napi_tsfn_blocking);
  }
}

static void on_notified(napi_env env, napi_value callback, void *context, void *data) {
  Device *device = context;
  napi_value receiver, argument;
  (void)callback;
  if (env == NULL || device->callback == NULL) return;
  if (napi_get_reference_value(env, device->callback, &callback) == napi_ok &&
      napi_get_global(env, &receiver) == napi_ok &&
      napi_create_int32(env, (int32_t)(intptr_t)data, &argument) == napi_ok)
    napi_call_function(env, receiver, callback, 1, &argument, NULL);
}

static void on_notify_over(napi_env env, void *data, void *hint) {
  Device *device = data;
  (void)env;
  (void)hint;
  // An environment that is torn down ends the function before the device is closed: then that frees it.
  const bool is_closed = device->fd < 0;
  if (device->notify != NULL) {
    device->notify = NULL;
    stop_thread(device);
  }
  device->watching = false;
  if (is_closed) free(device);
}

static int watch_by_loop(napi_env env, Device *device, napi_value name) {
  uv_loop_t *loop;
  if (uv_poll_init == NULL || napi_get_uv_event_loop == NULL) return -ENOSYS;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return -ENOSYS;
  uv_handle_t *handle = calloc(1, uv_handle_size(UV_POLL_TYPE));
  if (handle == NULL) return -ENOMEM;
  const int result = uv_poll_init(loop, handle, device->fd);
  if (result < 0) {
    free(handle);
    return result;
  }
  handle->data = device;
  device->handle = handle;
  device->watching = true;
  napi_async_init(env, NULL, name, &device->context);
  napi_add_async_cleanup_hook(env, on_teardown, device, &device->cleanup);
  return 0;
}

static int watch_by_thread(napi_env env, Device *device, napi_value name) {
  device->control = eventfd(0, EFD_CLOEXEC);
  if (device->control < 0) return -errno;
  if (napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, device, on_notify_over, device, on_notified,
                                      &device->notify) != napi_ok) {
    close(device->control);
    return -ENOMEM;
  }
  device->watching = true;
  const int result = pthread_create(&device->thread, NULL, poll_in_thread, device);
  if (result == 0) return 0;
  close(device->control);
  napi_threadsafe_function notify = device->notify;
  device->notify = NULL;
  // `watching` ends with on_notify_over.
  napi_release_threadsafe_function(notify, napi_tsfn_abort);
  return -result;
}

/**
 * watch(device, callback, byThread): `callback(events)` when what `arm` asked for is so: by the event loop as long as it is,
 * by a thread once for each `arm`. 0 or a negated errno; -ENOSYS: the runtime has no event loop of libuv.
 */
static napi_value watch(napi_env env, napi_callback_info info) {
  napi_value arguments[3], name;
  napi_valuetype type;
  bool by_thread;
  Device *device = take_arguments(env, info, 3, arguments);
  if (device == NULL) return NULL;
  if (napi_typeof(env, arguments[1], &type) != napi_ok || type != napi_function)
    return type_error(env, "callback must be a function");
  if (napi_get_value_bool(env, arguments[2], &by_thread) != napi_ok)
    return type_error(env, "byThread must be a boolean");
  if (device->watching) return int_value(env, -EBUSY);
  napi_create_string_utf8(env, "TUN", NAPI_AUTO_LENGTH, &name);
  if (napi_create_reference(env, arguments[1], 1, &device->callback) != napi_ok) return int_value(env, -ENOMEM);
  const int result = by_thread ? watch_by_thread(env, device, name) : watch_by_loop(env, device, name);
  if (result < 0) {
    napi_delete_reference(env, device->callback);
    device->callback = NULL;
  }
  return int_value(env, result);
}

/** arm(device, events): what to call back for; 0: nothing */
static napi_value arm(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int64_t events;
  Device *device = take_arguments(env, info, 2, arguments);
  if (device == NULL) return NULL;
  if (!take_int(env, arguments[1], 0, ALL_EVENTS, &events)) return type_error(env, "events must be from 0 to 3");
  if (device->handle != NULL) {
    const int result = events == 0 ? uv_poll_stop(device->handle) : uv_poll_start(device->handle, (int)events, on_poll);
    return int_value(env, result);
  }
  if (device->notify == NULL) return int_value(env, -EBADF);
  __atomic_store_n(&device->wanted, (int)events, __ATOMIC_SEQ_CST);
  wake_thread(device);
  return int_value(env, 0);
}

/** hold(device, holds): whether the device keeps the process alive */
static napi_value hold(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  bool holds;
  Device *device = take_arguments(env, info, 2, arguments);
  if (device == NULL) return NULL;
  if (napi_get_value_bool(env, arguments[1], &holds) != napi_ok) return type_error(env, "holds must be a boolean");
  if (device->handle != NULL) {
    if (holds) uv_ref(device->handle);
    else uv_unref(device->handle);
  } else if (device->notify != NULL) {
    if (holds) napi_ref_threadsafe_function(env, device->notify);
    else napi_unref_threadsafe_function(env, device->notify);
  }
  return NULL;
}

// --- the interface

/** interfaceIndex(name): its number; 0: there is none of this name */
static napi_value interface_index(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  char name[IFNAMSIZ];
  if (!take(env, info, 1, arguments)) return NULL;
  if (!take_name(env, arguments[0], name)) return type_error(env, "name must be a string of at most 15 bytes");
  return int_value(env, if_nametoindex(name));
}

/**
 * netlink(request, answer): one message to NETLINK_ROUTE, which the kernel answers before it returns; length of what came back,
 * written into `answer`, or a negated errno; -EAGAIN: it asked for no answer.
 */
static napi_value netlink(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  void *request, *answer;
  size_t request_length, answer_length;
  if (!take(env, info, 2, arguments)) return NULL;
  if (!take_array(env, arguments[0], napi_uint8_array, &request, &request_length))
    return type_error(env, "request must be a Uint8Array");
  if (!take_array(env, arguments[1], napi_uint8_array, &answer, &answer_length))
    return type_error(env, "answer must be a Uint8Array");
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return int_value(env, -errno);
  const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  int64_t result = sendto(fd, request, request_length, 0, (const struct sockaddr *)&kernel, sizeof kernel);
  if (result >= 0) result = recv(fd, answer, answer_length, MSG_DONTWAIT);
  if (result < 0) result = -errno;
  close(fd);
  return int_value(env, result);
}

NAPI_MODULE_INIT() {
  Table *table = calloc(1, sizeof *table);
  if (table == NULL || napi_set_instance_data(env, table, on_over, NULL) != napi_ok) {
    free(table);
    return NULL;
  }
  static const struct {
    const char *name;
    napi_callback function;
  } FUNCTIONS[] = {
      {"open", open_},   {"attach", attach}, {"features", features},
      {"set", set},      {"read", read_},    {"write", write_},
      {"watch", watch},  {"arm", arm},       {"hold", hold},
      {"close", close_}, {"netlink", netlink}, {"interfaceIndex", interface_index},
  };
  for (size_t index = 0; index < sizeof FUNCTIONS / sizeof *FUNCTIONS; index++) {
    napi_value function;
    if (napi_create_function(env, FUNCTIONS[index].name, NAPI_AUTO_LENGTH, FUNCTIONS[index].function, NULL,
                             &function) != napi_ok ||
        napi_set_named_property(env, exports, FUNCTIONS[index].name, function) != napi_ok)
      return NULL;
  }
  return exports;
}
