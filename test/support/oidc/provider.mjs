// A real OpenID Connect provider on a port of its own. Its sign-in page takes whoever comes.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export async function startProvider({ clientId, secret, redirectUri, claims }) {
  let handle = null;
  const server = createServer((request, response) => void handle?.(request, response));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name', 'groups', 'customer'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...claims() }) }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client.clientId,
        accountId: oidc.session.accountId,
      });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  });
  // It speaks plain HTTP, which it warns of.
  const callback = provider.callback();
  handle = (request, response) =>
    request.url.startsWith('/interaction/')
      ? provider.interactionFinished(request, response, { login: { accountId: 'ann-17' } })
      : callback(request, response);
  return {
    issuer,
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
