/** What there is not, in words that several rules say. */

export const NO_DATABASES = 'there are no databases: a stream or table is named as it is';
export const NO_TRANSACTIONS = 'there are no transactions: each statement stands for itself';
export const NO_PERMISSIONS = 'there are no permissions';
export const ONE_EACH = 'each has a statement of its own';
