/** When a windowed aggregation emits: after every update, or once per window, when it has closed (KIP-825). */
export type EmitStrategy = 'on-window-update' | 'on-window-close';
