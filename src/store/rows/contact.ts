const contact = `SELECT id, customer, name, email, phone, added_at AS "addedAt", changed_at AS "changedAt",
  erased_at AS "erasedAt" FROM contact`;

/** The statements of people at customers that both databases run as they stand here. */
export const contactSql = {
  put: `INSERT INTO contact (id, customer, name, email, phone, added_at, changed_at, erased_at)
    VALUES (:id, :customer, :name, :email, :phone, :addedAt, :changedAt, :erasedAt)
    ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, name = excluded.name, email = excluded.email,
      phone = excluded.phone, changed_at = excluded.changed_at, erased_at = excluded.erased_at`,
  get: `${contact} WHERE id = :id`,
  list: `${contact} WHERE (customer = :customer OR :customer IS NULL) ORDER BY added_at, id`,
} as const;
