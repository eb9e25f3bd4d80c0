// Sessions of two clients and three serializers together: `node mixed.mjs URL`.
// What one sends arrives at every other one as the same values.
import { assert, main, rejection, test, values } from './harness.mjs';
import * as autobahn from './autobahn_session.mjs';
import * as wampy from './wampy_session.mjs';

const kinds = ['json', 'msgpack', 'cbor'];

/** One session per client and serializer, behind one face. */
async function everybody(afterwards) {
    const sessions = [];
    for (const serializer of kinds) {
        sessions.push(faceOfAutobahn(await autobahn.join(afterwards, { serializer }), `autobahn ${serializer}`));
        sessions.push(faceOfWampy(await wampy.join(afterwards, { serializer }), `wampy ${serializer}`));
    }
    return sessions;
}

const faceOfAutobahn = (session, name) => ({
    name,
    binary: !name.endsWith('json'),
    publish: (topic, args, kwargs) => session.publish(topic, args, kwargs, { acknowledge: true }),
    listen: async (topic) => {
        const inbox = await autobahn.listen(session, topic);
        return async () => {
            const { args, kwargs } = await inbox.next();
            return [args, kwargs];
        };
    },
    offer: (uri) => autobahn.echo(session, uri),
    fail: (uri, error) => session.register(uri, () => {
        throw new autobahn.autobahn.Error(error, ['args'], { kw: true });
    }),
    call: async (uri, args, kwargs) => {
        const { args: a, kwargs: k } = await session.call(uri, args, kwargs);
        return [a, k];
    },
    refused: async (uri) => {
        const { error, args, kwargs } = await rejection(session.call(uri));
        return [error, args, kwargs];
    },
});

const faceOfWampy = (client, name) => ({
    name,
    binary: !name.endsWith('json'),
    publish: (topic, argsList, argsDict) => client.publish(topic, { argsList, argsDict }),
    listen: async (topic) => {
        const inbox = await wampy.listen(client, topic);
        return async () => {
            const { argsList, argsDict } = await inbox.next();
            return [argsList, argsDict];
        };
    },
    offer: (uri) => wampy.echo(client, uri),
    fail: (uri, error) => client.register(uri, () => {
        throw { error, argsList: ['args'], argsDict: { kw: true } };
    }),
    call: async (uri, argsList, argsDict) => {
        const r = await client.call(uri, { argsList, argsDict });
        return [r.argsList, r.argsDict];
    },
    refused: async (uri) => {
        const { errorUri, argsList, argsDict } = await rejection(client.call(uri));
        return [errorUri, argsList, argsDict];
    },
});

/** Some clients take a wide integer for a BigInt, however small it is. */
function plain(value) {
    if (typeof value === 'bigint') {
        return Number(value);
    }
    if (Array.isArray(value)) {
        return value.map(plain);
    }
    if (value?.constructor === Object) {
        return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, plain(v)]));
    }
    return value;
}

const uriOf = (what, face) => `com.interop.mixed.${what}.${face.name.replace(' ', '.')}`;

test('events', async (afterwards) => {
    const all = await everybody(afterwards);
    for (const publisher of all) {
        const topic = uriOf('event', publisher);
        const others = all.filter((face) => face !== publisher);
        const inboxes = await Promise.all(others.map((face) => face.listen(topic)));
        await publisher.publish(topic, values, { all: values });
        for (const [i, next] of inboxes.entries()) {
            assert.deepEqual(plain(await next()), [values, { all: values }], `${publisher.name} to ${others[i].name}`);
        }
    }
});

test('calls, results and errors', async (afterwards) => {
    const all = await everybody(afterwards);
    for (const callee of all) {
        await callee.offer(uriOf('call', callee));
        await callee.fail(uriOf('fail', callee), 'com.interop.error.mixed');
        for (const caller of all) {
            const between = `${caller.name} calls ${callee.name}`;
            const answer = await caller.call(uriOf('call', callee), values, { all: values });
            assert.deepEqual(plain(answer), [values, { all: values }], between);
            assert.deepEqual(await caller.refused(uriOf('fail', callee)), ['com.interop.error.mixed', ['args'], { kw: true }], between);
        }
    }
});

// In JSON a binary value is a string: a NUL character and the bytes in Base64
// (basic profile, "Binary Support in JSON").
test('binary values', async (afterwards) => {
    const all = await everybody(afterwards);
    const bytes = Buffer.from([0, 1, 127, 128, 255]);
    const text = `\0${bytes.toString('base64')}`;
    for (const publisher of all) {
        const topic = uriOf('binary', publisher);
        const others = all.filter((face) => face !== publisher);
        const inboxes = await Promise.all(others.map((face) => face.listen(topic)));
        await publisher.publish(topic, [publisher.binary ? bytes : text], { after: 1 });
        for (const [i, next] of inboxes.entries()) {
            const [[value]] = await next();
            const got = others[i].binary ? [...value] : value;
            assert.deepEqual(got, others[i].binary ? [...bytes] : text, `${publisher.name} to ${others[i].name}`);
        }
    }
});

await main();
