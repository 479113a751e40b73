import type { AccessStore } from '../../access-store.js';
import type { Connection } from '../database.js';
import { replyStore } from './replies.js';
import { sessionStore } from './sessions.js';
import { tokenStore } from './tokens.js';
import { trailStore } from './trail.js';
import { userStore } from './users.js';

export function accessStore(on: Connection): AccessStore {
  return {
    tokens: tokenStore(on),
    users: userStore(on),
    sessions: sessionStore(on),
    trail: trailStore(on),
    replies: replyStore(on),
  };
}
