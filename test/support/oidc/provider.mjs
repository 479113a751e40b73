// A real OpenID Connect provider on a port of its own. Its sign-in page takes whoever comes.
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

/** `change` is given each ID token's claims and a signer, and answers the token that is sent instead. */
/** `refresh`: it gives refresh tokens, and tells `logoutUri` (back channel) of who signs out. */
export async function startProvider({
  clientId,
  secret,
  redirectUri,
  claims,
  change = null,
  refresh = false,
  logoutUri,
  subject = () => 'ann-17',
  port = 0,
  kid = 'the-provider',
}) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let handle = null;
  const server = createServer((request, response) => void handle?.(request, response));
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', ...(refresh ? ['refresh_token'] : [])],
        ...(logoutUri && { backchannel_logout_uri: logoutUri, backchannel_logout_session_required: true }),
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name', 'groups', 'customer'] },
    conformIdTokenClaims: false,
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: logoutUri !== undefined },
    },
    ...(refresh && { issueRefreshToken: () => true }),
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
  let failing = null;
  handle = (request, response) => {
    if (failing !== null) return response.writeHead(failing).end();
    if (change !== null && request.url === '/token')
      rewrite(response, (claims) => change(claims, { jwt, publicKey }));
    return request.url.startsWith('/interaction/')
      ? provider.interactionFinished(request, response, { login: { accountId: subject() } })
      : callback(request, response);
  };
  /** A token with those claims; signed by the provider's key unless told. */
  const jwt = (claims, key = privateKey, header = { alg: 'RS256', kid }) => {
    const text = [header, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${typeof key === 'function' ? key(text) : sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
  };
  return {
    issuer,
    privateKey,
    jwt,
    /** Answers nothing any more but a status, until it is called with null. */
    fail: (status) => void (failing = status),
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

/** Another ID token goes out than the one that the provider made. */
function rewrite(response, change) {
  const end = response.end.bind(response);
  response.end = (body) => {
    const answer = JSON.parse(String(body));
    if (answer.id_token === undefined) return end(body);
    const claims = JSON.parse(Buffer.from(answer.id_token.split('.')[1], 'base64url').toString());
    const text = JSON.stringify({ ...answer, id_token: change(claims) });
    response.setHeader('content-length', Buffer.byteLength(text));
    return end(text);
  };
}
