@{
    ModuleVersion     = '1.0.0'
    GUID              = '3b0b41f4-6a0b-4d0e-9c61-5f1f0f7ad0c3'
    Author            = 'The NotionAuth contributors'
    Description       =
        'For NotionAuth''s tests and demo only: a SecretManagement vault in a file that is NOT encrypted.'
    PowerShellVersion = '5.1'
    NestedModules     = @('NotionAuth.PlainFileVault.Extension/NotionAuth.PlainFileVault.Extension.psd1')
    FunctionsToExport = @()
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    PrivateData       = @{ PSData = @{ Tags = @('SecretManagement') } }
}
