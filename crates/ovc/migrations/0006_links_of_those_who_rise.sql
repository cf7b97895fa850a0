-- A link to set somebody's password is made by one who is not below him. Who becomes more than he was then, here or in
-- another tenant, is not opened by it any more.
CREATE TRIGGER password_links_end_with_joining AFTER INSERT ON members BEGIN
    DELETE FROM links WHERE kind = 'password' AND user_id = NEW.user_id;
END;

CREATE TRIGGER password_links_end_with_role AFTER UPDATE OF role, everywhere ON members
WHEN OLD.role <> NEW.role OR OLD.everywhere <> NEW.everywhere BEGIN
    DELETE FROM links WHERE kind = 'password' AND user_id = NEW.user_id;
END;

CREATE TRIGGER password_links_end_with_grants AFTER INSERT ON grants BEGIN
    DELETE FROM links WHERE kind = 'password' AND user_id = NEW.user_id;
END;

CREATE TRIGGER password_links_end_with_the_platform AFTER UPDATE OF platform_admin ON users
WHEN OLD.platform_admin <> NEW.platform_admin BEGIN
    DELETE FROM links WHERE kind = 'password' AND user_id = NEW.id;
END;
