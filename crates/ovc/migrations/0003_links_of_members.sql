-- What somebody offered in a tenant's name does not outlive his own place in it.
CREATE TRIGGER links_end_with_membership AFTER DELETE ON members BEGIN
    DELETE FROM links WHERE tenant_id = OLD.tenant_id AND created_by = OLD.user_id;
END;

CREATE TRIGGER links_end_with_role AFTER UPDATE OF role, everywhere ON members
WHEN OLD.role <> NEW.role OR OLD.everywhere <> NEW.everywhere BEGIN
    DELETE FROM links WHERE tenant_id = OLD.tenant_id AND created_by = OLD.user_id;
END;

-- Before, while the links still say who made them.
CREATE TRIGGER links_end_with_user BEFORE DELETE ON users BEGIN
    DELETE FROM links WHERE created_by = OLD.id;
END;

CREATE TRIGGER links_end_with_shut_out AFTER UPDATE OF disabled, platform_admin ON users
WHEN OLD.disabled <> NEW.disabled OR OLD.platform_admin <> NEW.platform_admin BEGIN
    DELETE FROM links WHERE created_by = OLD.id;
END;
