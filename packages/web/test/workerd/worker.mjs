// What workerd runs: the scenarios, at each request.
import { connect } from 'cloudflare:sockets';
import { runScenarios } from './scenarios.mjs';

export default {
  async fetch(request) {
    const base = Number(new URL(request.url).searchParams.get('base'));
    return Response.json(await runScenarios(connect, base));
  },
};
