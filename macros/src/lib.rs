//! The attributes of `obskit`: none yet.
