-- Lock everybody who is online and may take conversations, if the account routes by itself: whoever else gives one of them a
-- conversation, or says that they are away, comes before or after. Indexes: presence_once (account, membership), membership's primary key.
select m.id
from presence p
join membership m on m.account_id = p.account_id and m.id = p.membership_id
where p.account_id = %(account)s::bigint and p.state = 'online' and m.is_active and m.role = any (%(roles)s::text[])
    and (select a.is_automatic from account a where a.id = %(account)s::bigint)
order by m.id
for update of m, p
