/** The payload of SETTINGS (RFC 9113, 6.5). */
import {
  DEFAULT_MAX_FRAME_SIZE,
  ENHANCE_YOUR_CALM,
  FLOW_CONTROL_ERROR,
  FRAME_SIZE_ERROR,
  MAX_MAX_FRAME_SIZE,
  MAX_WINDOW_SIZE,
  PROTOCOL_ERROR,
  SETTINGS_ENABLE_PUSH,
  SETTINGS_INITIAL_WINDOW_SIZE,
  SETTINGS_MAX_FRAME_SIZE,
} from "./_constants.ts";
import { ConnectionError } from "./_errors.ts";
import type { Setting } from "./_frame_handler.ts";
import { u32, u8 } from "./_octets.ts";

/** An identifier of 16 bits, and a value of 32. */
export const SETTING_BYTES = 6;

/**
 * The most settings of a frame: the RFC names six, and each may have work to be
 * done for all streams.
 */
const MAX_SETTINGS = 64;

/**
 * Reads what a server sends.
 *
 * @throws {ConnectionError} If a value is out of its bounds (6.5.2), or there are
 * too many.
 */
export function readSettingsPayload(payload: Uint8Array): readonly Setting[] {
  if (payload.length % SETTING_BYTES !== 0) {
    throw new ConnectionError(
      FRAME_SIZE_ERROR,
      `Cannot read SETTINGS: it has ${payload.length} bytes`,
    );
  }
  if (payload.length > MAX_SETTINGS * SETTING_BYTES) {
    throw new ConnectionError(
      ENHANCE_YOUR_CALM,
      `Cannot read SETTINGS: it has ${
        payload.length / SETTING_BYTES
      } settings, taken are ${MAX_SETTINGS}`,
    );
  }
  const settings: Setting[] = [];
  for (let at = 0; at < payload.length; at += SETTING_BYTES) {
    const id = u8(payload, at) << 8 | u8(payload, at + 1);
    const value = u32(payload, at + 2);
    check(id, value);
    settings.push({ id, value });
  }
  return settings;
}

function check(id: number, value: number): void {
  if (id === SETTINGS_ENABLE_PUSH && value !== 0) {
    throw outOfBounds(PROTOCOL_ERROR, `SETTINGS_ENABLE_PUSH of ${value}`);
  }
  if (id === SETTINGS_INITIAL_WINDOW_SIZE && value > MAX_WINDOW_SIZE) {
    throw outOfBounds(
      FLOW_CONTROL_ERROR,
      `SETTINGS_INITIAL_WINDOW_SIZE of ${value}`,
    );
  }
  if (
    id === SETTINGS_MAX_FRAME_SIZE &&
    (value < DEFAULT_MAX_FRAME_SIZE || value > MAX_MAX_FRAME_SIZE)
  ) {
    throw outOfBounds(PROTOCOL_ERROR, `SETTINGS_MAX_FRAME_SIZE of ${value}`);
  }
}

function outOfBounds(errorCode: number, setting: string): ConnectionError {
  return new ConnectionError(
    errorCode,
    `Cannot read SETTINGS: a server may not have ${setting}`,
  );
}
