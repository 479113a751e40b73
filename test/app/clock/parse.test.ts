import { describe, expect, test } from 'vitest';
import { parseChrony, parseNtpq, parseTimedatectl, parseTimex } from '../../../src/app/clock/sources.js';

describe('what programs say of the clock', () => {
  test('chronyc', () => {
    const inStep =
      'A29FC87B,time.example.net,4,1760140800.123456789,-0.000031234,0.000012,0.000045,-12.345,0.001,0.05,0.012,0.0009,64.2,Normal\n';
    expect(parseChrony(inStep)?.synchronised).toBe(true);
    expect(parseChrony(inStep)?.offsetMs).toBeCloseTo(-0.031234, 9);
    const alone = '00000000,,0,0.000000000,0.000000000,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n';
    expect(parseChrony(alone)).toMatchObject({ synchronised: false });
    expect(parseChrony('506 Cannot talk to daemon\n')).toBeNull();
  });

  test('timedatectl', () => {
    expect(parseTimedatectl('yes\n')).toEqual({ synchronised: true, offsetMs: null });
    expect(parseTimedatectl('no\n')).toEqual({ synchronised: false, offsetMs: null });
    expect(parseTimedatectl('\n')).toBeNull();
  });

  test('ntpq', () => {
    const inStep =
      'associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,\nprecision=-23, rootdelay=12.3, offset=-0.123456, frequency=-5.1\n';
    expect(parseNtpq(inStep)).toEqual({ synchronised: true, offsetMs: -0.123456 });
    expect(parseNtpq('associd=0 status=c016 leap_alarm, sync_unspec, 1 event, restart,\n')).toEqual({
      synchronised: false,
      offsetMs: null,
    });
    expect(parseNtpq('ntpq: read: Connection refused\n')).toBeNull();
  });

  test('the kernel', () => {
    const timex = Buffer.alloc(256);
    timex.writeInt32LE(0x2001, 40);
    expect(parseTimex(timex).synchronised).toBe(true);
    timex.writeInt32LE(0x40, 40);
    expect(parseTimex(timex).synchronised).toBe(false);
  });
});
