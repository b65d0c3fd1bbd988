import type { Profile } from '@halfclose/stack';
import { endpointsOf } from './endpoints.ts';
import { OurSide } from './our-side.ts';
import { Player, type Recording } from './player.ts';
import type { Scenario } from './scenario.ts';

/** Plays a scenario against ours, each step at the time at which the kernel had it, with the numbers that it got. */
export function playOurs(scenario: Scenario, profile: Profile, like: Recording): Recording {
  const endpoints = endpointsOf(scenario.family, 0);
  const side = new OurSide(endpoints, profile, (frame, at) => {
    player.take(frame, at);
  });
  const player: Player = new Player(scenario, side, endpoints, like);
  const start = side.now();
  for (const { at } of like.steps) {
    side.advanceTo(start + at);
    player.step();
  }
  return player.recording();
}
