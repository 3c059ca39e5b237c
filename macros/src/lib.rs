//! The attributes of `obskit`: none yet; they come with the issue that builds them whole.
