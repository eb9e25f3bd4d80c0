// wampy against the router: `node wampy.mjs URL SERIALIZER`.
import { assert, Inbox, main, realm, rejection, serializer, test, values } from './harness.mjs';
import { echo, join, listen } from './wampy_session.mjs';

test('joins and is told who it is', async (afterwards) => {
    const { id, welcome } = await join(afterwards);
    assert.ok(BigInt(id) >= 1n && BigInt(id) <= 1n << 53n, `session id ${id}`);
    assert.equal(welcome.realm, realm);
    for (const key of ['authid', 'authrole', 'authmethod', 'authprovider']) {
        assert.equal(typeof welcome[key], 'string', key);
    }
});

test('is refused a realm that is not there', async (afterwards) => {
    const error = await rejection(join(afterwards, { realm: 'com.callboard.nowhere' }));
    assert.equal(error.errorUri, 'wamp.error.no_such_realm');
});

test('subscribes and publishes', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const inbox = await listen(alice, 'com.interop.plain');
    const { publicationId } = await bob.publish('com.interop.plain', { argsList: [1, 'two'], argsDict: { three: 3 } });
    const event = await inbox.next();
    assert.deepEqual([event.argsList, event.argsDict], [[1, 'two'], { three: 3 }]);
    assert.ok(BigInt(publicationId) >= 1n);
    assert.deepEqual(event.details, {});
});

test('gets events without payload', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const inbox = await listen(alice, 'com.interop.empty');
    await bob.publish('com.interop.empty');
    await bob.publish('com.interop.empty', { only: 'keywords' });
    await inbox.next();
    assert.deepEqual((await inbox.next()).argsDict, { only: 'keywords' });
});

test('publishes to one session and unsubscribes', async (afterwards) => {
    const [alice, bob, carol] = [await join(afterwards), await join(afterwards), await join(afterwards)];
    const [a, b] = [await listen(alice, 'com.interop.one'), await listen(bob, 'com.interop.one')];
    await carol.publish('com.interop.one', ['alice'], { eligible: [alice.id] });
    await carol.publish('com.interop.one', ['bob'], { eligible: Number(bob.id) });
    await carol.publish('com.interop.one', ['not alice'], { exclude: [alice.id] });
    await carol.publish('com.interop.one', ['both']);
    assert.deepEqual([await a.next(), await a.next()].map((e) => e.argsList[0]), ['alice', 'both']);
    assert.deepEqual([await b.next(), await b.next(), await b.next()].map((e) => e.argsList[0]), ['bob', 'not alice', 'both']);

    const kept = await listen(alice, 'com.interop.kept');
    await alice.unsubscribe(a.subscription.subscriptionId);
    await carol.publish('com.interop.one', ['unheard'], { eligible: [alice.id] });
    await carol.publish('com.interop.kept', ['heard'], { eligible: [alice.id] });
    assert.deepEqual((await kept.next()).argsList, ['heard']);
    assert.equal(a.size, 0);
});

test('names receivers by authid and authrole', async (afterwards) => {
    const [alice, bob, carol] = [await join(afterwards), await join(afterwards), await join(afterwards)];
    const [a, b] = [await listen(alice, 'com.interop.auth'), await listen(bob, 'com.interop.auth')];
    await carol.publish('com.interop.auth', ['alice'], { eligible_authid: [alice.welcome.authid] });
    await carol.publish('com.interop.auth', ['bob'], { exclude_authid: alice.welcome.authid });
    await carol.publish('com.interop.auth', ['nobody'], { exclude_authrole: alice.welcome.authrole });
    await carol.publish('com.interop.auth', ['both'], { eligible_authrole: alice.welcome.authrole });
    assert.deepEqual([await a.next(), await a.next()].map((e) => e.argsList[0]), ['alice', 'both']);
    assert.deepEqual([await b.next(), await b.next()].map((e) => e.argsList[0]), ['bob', 'both']);
});

test('does not hear itself', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const inbox = await listen(alice, 'com.interop.me');
    await alice.publish('com.interop.me', ['unheard']);
    await bob.publish('com.interop.me', ['heard']);
    assert.deepEqual((await inbox.next()).argsList, ['heard']);
});

test('subscribes to patterns', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const prefix = await listen(alice, 'com.interop.pat', { match: 'prefix' });
    const wildcard = await listen(alice, 'com.interop..temperature', { match: 'wildcard' });
    await bob.publish('com.interop.pattern.temperature', [21]);
    for (const inbox of [prefix, wildcard]) {
        const event = await inbox.next();
        assert.deepEqual(event.argsList, [21]);
        assert.equal(event.details.topic, 'com.interop.pattern.temperature');
    }
});

test('calls with arguments, keywords, both and neither', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    await callee.register('com.interop.echo', ({ argsList = [], argsDict = {} }) => ({ argsList: [argsList, argsDict] }));
    const call = async (payload) => (await caller.call('com.interop.echo', payload)).argsList;
    assert.deepEqual(await call(), [[], {}]);
    assert.deepEqual(await call([1, 2]), [[1, 2], {}]);
    assert.deepEqual(await call({ three: 3 }), [[], { three: 3 }]);
    assert.deepEqual(await call({ argsList: [1], argsDict: { three: 3 } }), [[1], { three: 3 }]);
});

test('gets every value back', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    await echo(callee, 'com.interop.values');
    const back = async (value) => (await caller.call('com.interop.values', [value])).argsList[0];
    for (const value of values) {
        assert.deepEqual(await back(value), value);
    }
    if (serializer !== 'json') {
        assert.deepEqual([...await back(new Uint8Array([0, 1, 254, 255]))], [0, 1, 254, 255]);
    }
    const long = 'x'.repeat(1 << 20);
    assert.equal(await back(long), long);
});

test('gets the error of the callee with its payload', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    await callee.register('com.interop.fail', () => {
        throw { error: 'com.interop.error.paper', argsList: ['out of', 'paper'], argsDict: { tray: 2 } };
    });
    const error = await rejection(caller.call('com.interop.fail'));
    assert.equal(error.errorUri, 'com.interop.error.paper');
    assert.deepEqual([error.argsList, error.argsDict], [['out of', 'paper'], { tray: 2 }]);
});

test('is told what cannot be done', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    await echo(alice, 'com.interop.taken');
    const refused = async (promise) => (await rejection(promise)).errorUri;
    assert.equal(await refused(bob.call('com.interop.nothing')), 'wamp.error.no_such_procedure');
    assert.equal(await refused(echo(bob, 'com.interop.taken')), 'wamp.error.procedure_already_exists');
});

test('unregisters', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    await echo(callee, 'com.interop.unregister');
    await caller.call('com.interop.unregister', [1]);
    await callee.unregister('com.interop.unregister');
    assert.equal((await rejection(caller.call('com.interop.unregister'))).errorUri, 'wamp.error.no_such_procedure');
});

test('registers patterns', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    const offer = (uri, match) => callee.register(uri, ({ details }) => ({ argsList: [match, details.procedure] }), { match });
    await offer('com.interop.match', 'prefix');
    await offer('com.interop..here', 'wildcard');
    for (const [uri, match] of [['com.interop.match.here', 'prefix'], ['com.interop.other.here', 'wildcard']]) {
        assert.deepEqual((await caller.call(uri)).argsList, [match, uri]);
    }
});

test('shares a registration', async (afterwards) => {
    const caller = await join(afterwards);
    const callees = [await join(afterwards), await join(afterwards)];
    for (const [i, callee] of callees.entries()) {
        await callee.register('com.interop.shared', () => [i], { invoke: 'roundrobin' });
    }
    let answered = '';
    for (let i = 0; i < 4; i++) {
        answered += (await caller.call('com.interop.shared')).argsList[0];
    }
    assert.equal(answered, '0101');
});

test('is disclosed only when it asks', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const inbox = await listen(alice, 'com.interop.disclose');
    await bob.publish('com.interop.disclose', []);
    await bob.publish('com.interop.disclose', [], { disclose_me: true });
    assert.equal((await inbox.next()).details.publisher, undefined);
    assert.equal((await inbox.next()).details.publisher, bob.id);
});

test('is answered when the callee leaves', async (afterwards) => {
    const [caller, callee] = [await join(afterwards), await join(afterwards)];
    const called = new Inbox();
    await callee.register('com.interop.leaving', () => {
        called.push(true);
        return new Promise(() => {});
    });
    const answer = rejection(caller.call('com.interop.leaving'));
    await called.next();
    await callee.disconnect();
    assert.equal((await answer).errorUri, 'wamp.error.canceled');
});

test('loses no call and no event, and keeps their order', async (afterwards) => {
    const [alice, bob] = [await join(afterwards), await join(afterwards)];
    const counted = [...Array(500).keys()];
    const inbox = await listen(alice, 'com.interop.order');
    await echo(alice, 'com.interop.many');
    const pending = counted.map((i) => {
        bob.publish('com.interop.order', [i]);
        return bob.call('com.interop.many', [i]);
    });
    assert.deepEqual((await Promise.all(pending)).map((r) => r.argsList[0]), counted);
    for (const i of counted) {
        assert.deepEqual((await inbox.next()).argsList, [i]);
    }
});

test('leaves', async (afterwards) => {
    const alice = await join(afterwards);
    await alice.disconnect();
    assert.ok(!alice.getSessionId());
});

await main();
