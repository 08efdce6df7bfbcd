throw new Error('a module that cannot be loaded');

export {};
