import { ConnectionEvent } from '@halfclose/stack';
import type { TcpSocket } from '@halfclose/sockets';
import { Poll } from '@halfclose/sockets';

const EPOLLET = 0x8000_0000;
const EPOLLONESHOT = 0x4000_0000;
const ALWAYS = Poll.ERR | Poll.HUP;
const FOR_DATA = Poll.IN;

interface Watched {
  readonly socket: TcpSocket;
  events: number;
  data: number;
  /** The socket's news counter when it was reported last, for edge triggering. */
  reportedNews: number;
  news: number;
  disarmed: boolean;
}

/** One ready descriptor. */
export interface EpollEvent {
  readonly events: number;
  readonly data: number;
}

/** epoll(7): level-triggered by looking, edge-triggered by counting the news of a socket. */
export class Epoll {
  readonly #watched = new Map<number, Watched>();

  /** EPOLL_CTL_ADD. False: it is there already. */
  add(descriptor: number, socket: TcpSocket, events: number, data: number): boolean {
    if (this.#watched.has(descriptor)) return false;
    const watched: Watched = { socket, events, data, reportedNews: -1, news: 0, disarmed: false };
    this.#watched.set(descriptor, watched);
    const before = socket.owner;
    socket.owner = {
      onReadiness: (news) => {
        // Linux wakes for data those that wait for data only; for all else, everybody.
        if (news !== ConnectionEvent.Readable || (watched.events & FOR_DATA) !== 0) watched.news++;
        before?.onReadiness(news);
      },
    };
    return true;
  }

  /** EPOLL_CTL_MOD. False: it is not there. */
  modify(descriptor: number, events: number, data: number): boolean {
    const watched = this.#watched.get(descriptor);
    if (watched === undefined) return false;
    watched.events = events;
    watched.data = data;
    watched.reportedNews = -1;
    watched.disarmed = false;
    return true;
  }

  /** EPOLL_CTL_DEL. False: it is not there. */
  remove(descriptor: number): boolean {
    return this.#watched.delete(descriptor);
  }

  /** The last descriptor of a socket was closed. */
  forget(socket: TcpSocket): void {
    for (const [descriptor, watched] of this.#watched) {
      if (watched.socket === socket) this.#watched.delete(descriptor);
    }
  }

  /** What is ready now, at most `max`. */
  ready(max: number): EpollEvent[] {
    const ready: EpollEvent[] = [];
    for (const watched of this.#watched.values()) {
      if (ready.length >= max) break;
      const events = watched.socket.poll() & (watched.events | ALWAYS);
      if (events === 0 || watched.disarmed) continue;
      if ((watched.events & EPOLLET) !== 0 && watched.reportedNews === watched.news) continue;
      watched.reportedNews = watched.news;
      if ((watched.events & EPOLLONESHOT) !== 0) watched.disarmed = true;
      ready.push({ events, data: watched.data });
    }
    return ready;
  }
}
